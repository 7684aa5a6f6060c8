"""Papers and sheets that leave the system: ledgers as xlsx and csv, bulletins as docx and PDF. Decides nothing."""
