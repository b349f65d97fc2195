/** Follows a run's events, through broken connections, restarts of the server and hidden tabs. */

import type { Problem, RunEvent, RunRecord } from "./events";

export interface Listener {
  record(record: RunRecord): void;
  /** `size`: the characters that the event took. */
  event(event: RunEvent, size: number): void;
  /** The run has ended and everything was sent. */
  end(): void;
  connected(yes: boolean): void;
  /** The server answers, but not with this run's events. */
  refused(problem: Problem): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;
/** A hidden tab gives its connection back after this time: browsers allow only six to a server. */
const HIDDEN = 20_000;

export class Stream {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_WAIT;
  private done = false;

  constructor(
    private readonly url: URL,
    private readonly last: () => number,
    private readonly listener: Listener,
  ) {
    document.addEventListener("visibilitychange", this.onVisibility);
    this.open();
  }

  /** Look again whether an ended run goes on (it may have been resumed). */
  reopen(): void {
    if (this.done && !this.source) {
      this.done = false;
      this.open();
    }
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.done = true;
    this.drop();
  }

  private open(): void {
    this.drop();
    const url = new URL(this.url);
    url.searchParams.set("after", String(this.last()));
    const source = new EventSource(url);
    this.source = source;
    source.onopen = () => {
      this.wait = FIRST_WAIT;
      this.listener.connected(true);
    };
    source.onmessage = (message) => this.listener.event(JSON.parse(message.data) as RunEvent, (message.data as string).length);
    source.addEventListener("run", (message) => this.listener.record(JSON.parse(message.data) as RunRecord));
    source.addEventListener("end", (message) => {
      this.done = true;
      this.drop();
      this.listener.record(JSON.parse(message.data) as RunRecord);
      this.listener.end();
    });
    // The browser's own reconnecting gives up on an error status, as a proxy sends during a restart; this does not.
    source.onerror = () => {
      this.drop();
      this.listener.connected(false);
      this.timer = setTimeout(() => void this.again(), this.wait);
      this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    };
  }

  private async again(): Promise<void> {
    const url = new URL(this.url);
    url.searchParams.set("after", String(Number.MAX_SAFE_INTEGER).slice(0, 15));
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.status === 404) {
        const { problem } = (await answer.json()) as { problem: Problem };
        this.done = true;
        this.listener.refused(problem);
      }
    } catch {
      // Not reachable: opening fails as well, and waits longer.
    }
    if (!this.done) this.open();
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private readonly onVisibility = (): void => {
    if (this.done) return;
    if (!document.hidden) {
      clearTimeout(this.timer);
      if (!this.source) this.open();
    } else {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.drop(), HIDDEN);
    }
  };
}
