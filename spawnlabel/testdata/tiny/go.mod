module tiny

go 1.23.0
