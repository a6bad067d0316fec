"""What `make` does around Pulumi: stack files, recovery, the closing words, the report."""
