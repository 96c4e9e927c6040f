// Lets two who both want to dial find each other: VS Code, which connects to a
// debug adapter's port, and a dlvx that was started with --client-addr.

import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

const host = '127.0.0.1';

/** A place where dlvx has arrived, and VS Code can connect to. */
export interface Meeting {
  host: string;
  port: number;
}

/** Waits at a port for dlvx; then listens at another one, and joins the two. */
export class Rendezvous {
  private closed = false;

  private constructor(private readonly door: Server, private readonly arrived: Promise<Socket>) {}

  static async open(): Promise<Rendezvous> {
    const door = createServer({ pauseOnConnect: true });
    door.maxConnections = 1;
    const arrived = new Promise<Socket>((resolve) => {
      door.once('connection', (dlvx) => {
        // An error that nobody listens to would end the extension host. The end of
        // the connection follows, and is what counts.
        dlvx.on('error', () => undefined);
        resolve(dlvx);
      });
    });
    await listen(door);
    return new Rendezvous(door, arrived);
  }

  /** What dlvx has to be given as --client-addr. */
  get clientAddr(): string {
    return `${host}:${(this.door.address() as AddressInfo).port}`;
  }

  /** Waits for dlvx. It fails when gaveUp does. left is called when dlvx goes away again. */
  async meet(gaveUp: Promise<never>, left: () => void): Promise<Meeting> {
    let dlvx: Socket;
    try {
      dlvx = await Promise.race([this.arrived, gaveUp]);
    } catch (err) {
      // Should it come after all, it has nobody to talk to.
      void this.arrived.then((late) => late.destroy());
      throw err;
    } finally {
      this.close();
    }
    const server = createServer((client) => {
      server.close();
      join(client, dlvx);
    });
    await listen(server);
    if (dlvx.destroyed) {
      server.close();
      throw new Error('dlvx went away as soon as it had called.');
    }
    // Whoever goes first takes the other one with it.
    dlvx.once('close', () => {
      server.close();
      left();
    });
    return { host, port: (server.address() as AddressInfo).port };
  }

  close(): void {
    if (!this.closed) this.door.close();
    this.closed = true;
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, host, resolve);
  });
}

function join(a: Socket, b: Socket): void {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    from.pipe(to);
    from.on('error', () => undefined); // close follows
    from.on('close', () => to.destroy());
  }
}
