package main

import "github.com/spf13/cobra"

func setUpDAP(*cobra.Command) {}
