"""A log agent's work and the languages in which agents are told it; knows nothing of Pulumi."""
