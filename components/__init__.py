"""Component resources: each turns settings into the containers and content of one part."""
