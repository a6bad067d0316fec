"""Why a panel about a host can be empty."""

NO_EXPORTER = "No data: this host's node exporter isn't scraped"
NO_RULES = "No data: the node exporter isn't scraped, or the recording rules aren't loaded"
NO_PRESSURE = "No data: the node exporter isn't scraped, or the kernel doesn't measure pressure"
NO_LOGS = "No log lines from this host in this time range: see whether its log agent runs"
