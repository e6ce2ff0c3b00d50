"""The working days of China, as published and as the city adjusts them."""
