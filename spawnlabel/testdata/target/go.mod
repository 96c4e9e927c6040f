module target

go 1.23.0
