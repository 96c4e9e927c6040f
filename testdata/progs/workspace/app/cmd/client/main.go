// Command client is the other main package of its module.
package main

func main() {}
