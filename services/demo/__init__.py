"""The demo estate's services: a shop with a queue, its load and its incidents."""
