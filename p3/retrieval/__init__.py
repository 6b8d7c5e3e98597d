"""Finding the passages of filings that answer a question: splitting, embedding, routing, ranking."""
