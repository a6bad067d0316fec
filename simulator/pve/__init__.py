"""A simulated Proxmox VE site: fakepve, stateful where it isn't, with guests under load."""
