// The DAP requests that dlvx answers besides the standard ones, as
// docs/protocol.md has them. Times are in milliseconds; what is unknown is
// left out.

/** What the response to `initialize` says of a dlvx. */
export interface Greeting {
  protocol: number;
  version: string;
}

export interface Source {
  name?: string;
  path?: string;
}

export interface Place {
  function?: string;
  source?: Source;
  line?: number;
}

/** The go statement that made a goroutine, and who ran it. */
export interface Spawn extends Place {
  /** Where the statement is in a helper, such as sync.WaitGroup.Go: the call of that. */
  from?: Place;
  goroutine?: number;
  exited?: boolean;
}

export interface Goroutine extends Place {
  id: number;
  name: string;
  status: string;
  waitReason?: string;
  waitMs?: number;
  spawn?: Spawn;
  labels?: Record<string, string>;
  system?: boolean;
}

/** A node of the spawn tree: all goroutines with one and the same chain. */
export interface Node {
  /** Valid until the program goes on. */
  id: number;
  /** Set at the roots: main, init, runtime, unknown. */
  root?: string;
  name: string;
  /** What the goroutines began in; empty where that is not known. */
  function: string;
  site?: Place;
  /** The call that led to it, where the statement alone does not tell. */
  from?: Place;
  /** The statement is in a helper, such as sync.WaitGroup.Go, and from is the call of that. */
  helper?: boolean;
  /** Living goroutines that were made here. */
  alive: number;
  /** Goroutines that were made here, have exited, and made others that live: at least so many. */
  exited?: number;
  /** The same with all descendants. */
  total: number;
  blocked: number;
  longestWaitMs?: number;
  states: Record<string, number>;
  /** How many child nodes there are. */
  children: number;
  /** The goroutine, where exactly one lives. */
  goroutine?: Goroutine;
}

/** A go statement, and what became of the goroutines that it made. */
export interface Site extends Place {
  line: number;
  alive: number;
  blocked: number;
  longestWaitMs?: number;
}

export interface Page {
  start?: number;
  count?: number;
}

/** Arguments and answers, by command. */
export interface Requests {
  'dlvx/goroutines': [Page & { filter?: string; node?: Node['id'] }, { goroutines: Goroutine[]; total: number }];
  'dlvx/tree': [Page & { filter?: string; node?: Node['id'] }, { nodes: Node[]; total: number }];
  'dlvx/sites': [{ source?: Source }, { sites: Site[] }];
  'dlvx/stack': [{ goroutine: number }, { text: string }];
  'dlvx/dump': [{ filter?: string }, { text: string }];
  'dlvx/stitch': [{ enabled?: boolean }, { enabled: boolean }];
  'dlvx/focus': [{ goroutine: number }, unknown];
}
