package screen

import (
	"bufio"
	"unicode"
)

// A Key is one that was pressed: the text that it writes, or one of the below.
type Key string

const (
	Up        Key = "up"
	Down      Key = "down"
	PageUp    Key = "page up"
	PageDown  Key = "page down"
	Home      Key = "home"
	End       Key = "end"
	Right     Key = "right"
	Left      Key = "left"
	Enter     Key = "enter"
	Escape    Key = "escape"
	Backspace Key = "backspace"
	EraseAll  Key = "erase all" // ^U
	Interrupt Key = "interrupt" // ^C
)

// single are the keys that send one byte.
var single = map[rune]Key{
	3: Interrupt, 8: Backspace, 127: Backspace, 10: Enter, 13: Enter, 21: EraseAll,
}

// sequences are the keys that send an escape and more (xterm's ctlseqs, "PC-Style
// Function Keys", normal and application mode; and those of linux and rxvt).
var sequences = map[string]Key{
	"[A": Up, "[B": Down, "[C": Right, "[D": Left, "OA": Up, "OB": Down, "OC": Right, "OD": Left,
	"[5~": PageUp, "[6~": PageDown,
	"[H": Home, "[F": End, "OH": Home, "OF": End, "[1~": Home, "[4~": End, "[7~": Home, "[8~": End,
}

// readKeys sends the keys that are read until nothing can be read any more.
func readKeys(in *bufio.Reader, keys chan<- Key) {
	defer close(keys)
	for {
		k, err := readKey(in)
		if err != nil {
			return
		}
		if k != "" {
			keys <- k
		}
	}
}

// readKey reads one key; "" is one that is not known.
func readKey(in *bufio.Reader) (Key, error) {
	r, _, err := in.ReadRune()
	switch {
	case err != nil:
		return "", err
	case r == 27:
		return readSequence(in)
	case single[r] != "":
		return single[r], nil
	case unicode.IsPrint(r):
		return Key(r), nil
	}
	return "", nil
}

// readSequence reads what follows an escape. The key of that name sends nothing
// else; terminals send the bytes of a sequence together.
func readSequence(in *bufio.Reader) (Key, error) {
	if in.Buffered() == 0 {
		return Escape, nil
	}
	first, err := in.ReadByte()
	if err != nil {
		return "", err
	}
	if first != '[' && first != 'O' {
		return "", nil // with Alt
	}
	seq := []byte{first}
	for in.Buffered() > 0 {
		b, err := in.ReadByte()
		if err != nil {
			return "", err
		}
		if seq = append(seq, b); b >= 0x40 { // the last one
			break
		}
	}
	return sequences[string(seq)], nil
}
