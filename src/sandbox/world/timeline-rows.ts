export const ISSUE_TYPES = ['availability', 'failed-deploy', 'node-issue', 'pvc-issue', 'workflow-issue'] as const;
export type IssueType = (typeof ISSUE_TYPES)[number];

export const ISSUE_STATUSES = ['open', 'closed'] as const;

export const EVENT_TYPES = ['deploy', 'node-terminated', 'node-created'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An issue as Komodor sends it. It carries no id and no name of its own: only the link tells what it is about. */
export interface WorldIssue {
  readonly type: IssueType;
  readonly startTime: number;
  /** Absent while the issue is open. */
  readonly endTime?: number;
  readonly status: (typeof ISSUE_STATUSES)[number];
  readonly summary: string;
  readonly details: string;
  readonly link: string;
}

/** An event of Kubernetes as Komodor sends it. */
export interface WorldEvent {
  readonly resource: {
    readonly name: string;
    readonly cluster: string;
    /** Absent for what lies in no namespace. */
    readonly namespace?: string;
    readonly kind: string;
  };
  readonly type: EventType;
  readonly startTime: number;
  readonly endTime?: number;
  readonly summary: string;
  readonly details: string;
  readonly link: string;
}

/** What is asked for; both ends belong to the window. */
export interface TimelineQuery<Type> {
  readonly cluster: string;
  /** Empty: all of them, and what lies in none. */
  readonly namespaces: readonly string[];
  readonly type: Type;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** What begins later has not happened yet; what ends later is open. */
  readonly now: number;
}

/** A row with what it does not say itself. */
export interface TimelineRow<Row> {
  readonly id: string;
  /** Empty for what lies in none. */
  readonly namespace: string;
  readonly row: Row;
}

/** What happens in a world. The newest come first, as with Komodor. */
export interface Timeline {
  issues(query: TimelineQuery<IssueType>): readonly TimelineRow<WorldIssue>[];
  events(query: TimelineQuery<EventType>): readonly TimelineRow<WorldEvent>[];
  /** Ends an issue or an event that is still going on. */
  close(id: string, endTime: number): void;
  /** Komodor does not list it any more. */
  remove(id: string): void;
}
