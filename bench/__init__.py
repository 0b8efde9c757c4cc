"""One question a file; each prints a table, and with --json keeps a receipt that docs/RESULTS.md is written from."""
