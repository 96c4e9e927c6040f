module walks

go 1.23.0
