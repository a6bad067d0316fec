"""What the log agent reads and does with it, and how each kind of agent is told so."""
