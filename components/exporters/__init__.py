"""Exporters: each makes the metrics of one thing readable for Prometheus."""
