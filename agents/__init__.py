"""Exporters on other hosts: the script that brings them there. Nothing here knows of Pulumi."""
