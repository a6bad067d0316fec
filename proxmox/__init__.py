"""Typed clients of Proxmox' APIs, without Pulumi and without the settings."""
