"""A Pulumi project of its own: stand-ins for a real site, which a stack then watches."""
