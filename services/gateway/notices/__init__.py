"""What members are told: their inbox, and WeChat's messages where they allowed them."""
