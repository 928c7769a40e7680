"""What every panel and operator uses: where panels are, text that wraps, and how users are told what happened."""
