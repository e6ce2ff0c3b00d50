"""What tests of every service use: real servers, fresh databases, signed tokens."""
