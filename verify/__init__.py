"""Live checks of a running stack, through Grafana as a browser would do them."""
