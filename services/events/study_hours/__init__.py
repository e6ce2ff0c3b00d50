"""Study hours (学时): what each member studied in a year, against what is asked."""
