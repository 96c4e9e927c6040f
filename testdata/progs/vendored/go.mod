module example.com/vendored

go 1.21

require example.com/worker v1.2.3
