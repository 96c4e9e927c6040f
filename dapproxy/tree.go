package dapproxy

import (
	"github.com/dlvx/dlvx/stitch"
)

type shownNode struct {
	ID          int64           `json:"id"`
	Root        string          `json:"root,omitempty"`
	Name        string          `json:"name"`
	Function    string          `json:"function"`
	Site        *shownSite      `json:"site,omitempty"`
	From        *shownSite      `json:"from,omitempty"`
	Helper      bool            `json:"helper,omitempty"`
	Alive       int             `json:"alive"`
	Exited      int             `json:"exited,omitempty"`
	Total       int             `json:"total"`
	Blocked     int             `json:"blocked"`
	LongestWait int64           `json:"longestWaitMs,omitempty"`
	States      map[string]int  `json:"states"`
	Children    int             `json:"children"`
	Goroutine   *shownGoroutine `json:"goroutine,omitempty"`
}

// tree answers dlvx/tree.
func (q question) tree() (any, error) {
	var args struct {
		page
		Filter string `json:"filter"`
		Node   *int64 `json:"node"`
	}
	if err := q.readArguments(&args); err != nil {
		return nil, err
	}
	if err := args.check(); err != nil {
		return nil, err
	}
	filter, err := q.filter(&args.Filter, false)
	if err != nil {
		return nil, err
	}
	snap, err := q.snapshot()
	if err != nil {
		return nil, err
	}
	sel := snap.selected(args.Filter, filter)
	tree, nodes, err := snap.children(sel, args.Node)
	if err != nil {
		return nil, err
	}
	rules := q.settings().paths
	return struct {
		Nodes []shownNode `json:"nodes"`
		Total int         `json:"total"`
	}{
		paged(args.page, nodes, func(n *stitch.Node) shownNode { return showNode(tree.idOf[n], n, rules) }),
		len(nodes),
	}, nil
}

func showNode(id int64, n *stitch.Node, rules []pathRule) shownNode {
	shown := shownNode{
		ID: id, Root: string(n.Root), Name: nodeName(n), Function: n.Func(),
		Alive: n.Own.Alive, Exited: exited(n), Total: n.Subtree.Alive, Blocked: n.Own.Blocked,
		LongestWait: n.Own.Longest.Milliseconds(), States: n.Own.States, Children: len(n.Children),
	}
	if shown.States == nil {
		shown.States = map[string]int{}
	}
	if at := n.Site(); at.Func != "" {
		site := showSite(at, rules)
		shown.Site = &site
	}
	if n.From.Func != "" {
		from := showSite(n.From, rules)
		shown.From, shown.Helper = &from, n.Helped()
	}
	if len(n.Goroutines) == 1 {
		g := showGoroutine(n.Goroutines[0], rules)
		shown.Goroutine = &g
	}
	return shown
}

// exited counts those that were made at a node and have exited, as far as what they
// made lives.
func exited(n *stitch.Node) int {
	ids := map[int64]bool{}
	count := func(l stitch.Link) {
		if l.Spawner != 0 && l.State == nil {
			ids[l.Spawner] = true
		}
	}
	for _, c := range n.Children {
		count(c.Link)
		for _, g := range c.Goroutines {
			count(g.Chain.Links[0])
		}
	}
	return len(ids)
}

// nodeName is what a node is called on the screen.
func nodeName(n *stitch.Node) string {
	if name := n.Root.Text(); name != "" {
		return name
	}
	if name := n.Runs(); name != "" {
		return stitch.BriefFunc(name)
	}
	if at := n.Site(); at.Func != "" {
		return "started in " + stitch.BriefFunc(at.Func)
	}
	return "?"
}

// A forest is a spawn tree with ids.
type forest struct {
	top      *stitch.Node
	all      []*stitch.Node // but the top
	parentOf map[*stitch.Node]*stitch.Node
	idOf     map[*stitch.Node]int64
	nodes    map[int64]*stitch.Node // by id
}

// newForest returns the spawn tree of goroutines, without ids as yet.
func newForest(gs []stitch.Goroutine) *forest {
	f := &forest{
		top:      stitch.Tree(gs),
		parentOf: map[*stitch.Node]*stitch.Node{}, idOf: map[*stitch.Node]int64{}, nodes: map[int64]*stitch.Node{},
	}
	// Trees may be deep: no recursion.
	for todo := []*stitch.Node{f.top}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], n.Children...)
		for _, c := range n.Children {
			f.parentOf[c] = n
			f.all = append(f.all, c)
		}
	}
	return f
}

func (f *forest) name(n *stitch.Node, id int64) { f.idOf[n], f.nodes[id] = id, n }

// children returns a selection's tree, and the nodes below one of it; nil: the
// roots.
func (s *snapshot) children(sel *selection, id *int64) (*forest, []*stitch.Node, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plant()
	s.prune(sel)
	if id == nil {
		return sel.tree, sel.tree.top.Children, nil
	}
	if n := sel.tree.nodes[*id]; n != nil {
		return sel.tree, n.Children, nil
	}
	if s.tree.nodes[*id] != nil {
		return sel.tree, nil, nil // the filter leaves nothing of it
	}
	return nil, nil, stale("node", *id)
}

// membersOfNode returns the goroutines that were made at a node, by its id.
func (s *snapshot) membersOfNode(id int64) ([]*stitch.Goroutine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plant()
	if n := s.tree.nodes[id]; n != nil {
		return n.Goroutines, nil
	}
	return nil, stale("node", id)
}

// plant makes the tree of all goroutines, and gives every node its id. The
// caller holds mu.
func (s *snapshot) plant() {
	if s.tree != nil {
		return
	}
	s.tree = newForest(s.all)
	s.nodeOf = make(map[int64]*stitch.Node, len(s.all))
	id := s.next(len(s.tree.all))
	for _, n := range s.tree.all {
		s.tree.name(n, id)
		id++
		for _, g := range n.Goroutines {
			s.nodeOf[g.ID] = n
		}
	}
}

// prune makes the tree of a selection. Its nodes have the ids that the same
// ones have in the tree of all: a goroutine has the same ancestors in both. The
// caller holds mu.
func (s *snapshot) prune(sel *selection) {
	if sel.tree != nil {
		return
	}
	f := newForest(sel.gs)
	for _, n := range f.all {
		if len(n.Goroutines) == 0 {
			continue
		}
		same := s.nodeOf[n.Goroutines[0].ID]
		for ; n != f.top && f.idOf[n] == 0; n, same = f.parentOf[n], s.tree.parentOf[same] {
			f.name(n, s.tree.idOf[same])
		}
	}
	sel.tree = f
}
