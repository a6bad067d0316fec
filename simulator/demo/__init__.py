"""The demo estate: data services, a shop with a queue and its load, a host with a small disk."""
