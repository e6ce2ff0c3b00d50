"""What waits for somebody to decide, counted queue by queue."""
