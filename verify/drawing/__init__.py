"""Draws dashboards and what their queries returned as one HTML page that needs nothing else."""
