package top

import (
	"slices"
	"unicode/utf8"

	"github.com/dlvx/dlvx/internal/screen"
)

// An input is a line that is being typed: a filter.
type input struct{ text string }

// Press does what a key says. It returns false where that is to quit.
func (m *Model) Press(k screen.Key) bool {
	m.message = ""
	switch {
	case k == screen.Interrupt:
		return false
	case m.input != nil:
		m.typed(k)
		return true
	case m.help:
		m.help = false // with any key
		return true
	case m.opened != nil:
		return m.pressedOpened(k)
	}
	return m.pressedList(k)
}

// pressedList is for keys while the list of rows is shown.
func (m *Model) pressedList(k screen.Key) bool {
	switch k {
	case "q":
		return false
	case screen.Enter, screen.Right:
		m.opened, m.scroll = m.selected, 0
	case screen.Escape:
		m.setFilter("")
	case "/", "f":
		m.input = &input{m.options.Filter}
	case "s", "S":
		step := 1
		if k == "S" {
			step = len(orders) - 1
		}
		m.order = (m.order + step) % len(orders)
		m.choose()
	default:
		if !m.pressedBoth(k) {
			m.move(k)
		}
	}
	return true
}

// pressedOpened is for keys while a row is opened.
func (m *Model) pressedOpened(k screen.Key) bool {
	switch k {
	case "q", screen.Escape, screen.Left, screen.Backspace:
		m.opened = nil
	case screen.Home, "g":
		m.scroll = 0
	default:
		if m.pressedBoth(k) {
			break
		}
		// What is too far is put right when it is rendered.
		m.scroll = max(0, m.scroll+m.steps(k, 1<<30))
	}
	return true
}

// pressedBoth is for keys that do the same everywhere.
func (m *Model) pressedBoth(k screen.Key) bool {
	switch k {
	case " ":
		m.frozen = !m.frozen
	case "h", "?":
		m.help = true
	default:
		return false
	}
	return true
}

// move moves the selection.
func (m *Model) move(k screen.Key) {
	if len(m.shown) == 0 {
		return
	}
	steps := m.steps(k, len(m.shown))
	at := slices.Index(m.shown, m.selected) + steps
	m.moved = m.moved || steps != 0
	m.selected = m.shown[max(0, min(at, len(m.shown)-1))]
}

// steps returns by how many lines a key moves; all: to the end.
func (m *Model) steps(k screen.Key, all int) int {
	switch k {
	case screen.Up, "k":
		return -1
	case screen.Down, "j":
		return 1
	case screen.PageUp:
		return -max(1, m.page-1)
	case screen.PageDown:
		return max(1, m.page-1)
	case screen.Home, "g":
		return -all
	case screen.End, "G":
		return all
	}
	return 0
}

// typed is for keys while a filter is being typed.
func (m *Model) typed(k screen.Key) {
	switch k {
	case screen.Enter:
		if m.setFilter(m.input.text) {
			m.input = nil
		}
	case screen.Escape:
		m.input = nil
	case screen.EraseAll:
		m.input.text = ""
	case screen.Backspace:
		_, n := utf8.DecodeLastRuneInString(m.input.text)
		m.input.text = m.input.text[:len(m.input.text)-n]
	default:
		if utf8.RuneCountInString(string(k)) == 1 {
			m.input.text += string(k)
		}
	}
}

// setFilter takes a filter, or says what is wrong with it.
func (m *Model) setFilter(words string) bool {
	f, err := m.options.Parse(words)
	if err != nil {
		m.message = err.Error()
		return false
	}
	m.filter, m.options.Filter = f, words
	m.choose()
	return true
}
