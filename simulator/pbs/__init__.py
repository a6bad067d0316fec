"""A Proxmox Backup Server's API, held to what a real 4.2.3 answered (tests/contract/pbs)."""
