"""Colours that people with any kind of colour vision can tell apart, in both of Grafana's themes.

They come from the palette of Okabe and Ito. Red never stands against green: fine is blue, a
warning orange, critical vermilion.
"""

BLUE = "#0072B2"
SKY = "#56B4E9"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
YELLOW = "#F0E442"
GREY = "#8E8E8E"

OK = "#3A87C8"  # between BLUE and SKY: as text it stands out from a white and from a dark page
WARNING = ORANGE
CRITICAL = VERMILION

SERIES = (SKY, ORANGE, GREEN, PURPLE, BLUE, VERMILION, YELLOW, GREY)
