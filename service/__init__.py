"""What the API, the pages, the import and the command line share: one door for commands, one for reading."""
