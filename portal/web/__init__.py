"""What a view stands on: guards, languages, errors, headers, pages, search, jobs."""
