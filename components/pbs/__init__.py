"""Objects of a Proxmox Backup Server as Pulumi resources: one kind a file.

These modules' paths are stored in users' states: they must not move.
"""
