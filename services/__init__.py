"""Our own running services; nothing here knows of Pulumi, of settings or of components."""
