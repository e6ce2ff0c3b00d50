"""What staff at the door work with: finding people, the sheet to sign, the record book."""
