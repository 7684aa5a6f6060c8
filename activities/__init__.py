"""What workflows have done to the world: the record, and later notices, archive and documents."""
