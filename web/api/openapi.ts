// Made from the OpenAPI document: npx vitest run test/server/openapi-types.test.ts -u

/**
 * What the routes of the service answer when all is well.
 */
export interface Answers {
  'GET /v1/status': {
    state: ('on_time' | 'on_track' | 'delayed' | 'error' | 'action_required') | null;
    sentence: string;
    stalled: {
      since: string;
      blueprints: string[];
      reason: string;
    } | null;
    blueprints: {
      blueprint: string;
      /**
       * null: there is no interval to judge by.
       */
      state: ('on_time' | 'on_track' | 'delayed' | 'error' | 'action_required') | null;
      lastTruthAt: string | null;
      ageMs: number;
      intervals: number | null;
      nextAt: string | null;
      stalled: boolean;
      reason: string;
    }[];
    run: {
      runId: string;
      mode: 'resync' | 'plan';
      trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
      kinds: string[];
      requestedAt: string;
      startedAt: string;
      progress: {
        kind: string;
        pages: number;
        items: number;
        written: number;
        unchanged: number;
      }[];
      waits: {
        side: 'komodor' | 'port' | 'kubernetes';
        until: string;
        reason: 'rate limit' | 'Retry-After' | 'allowance spent' | 'retry pause';
      }[];
      /**
       * When each stage of each kind was worked on.
       */
      lanes: {
        kind: string;
        stage: 'read' | 'map' | 'compare' | 'write' | 'delete';
        startedAt: string;
        /**
         * null: it may go on.
         */
        endedAt: string | null;
        /**
         * The time in which at least one piece of work was under way.
         */
        busyMs: number;
        done: number;
      }[];
      /**
       * When requests waited: at most 50, the longest.
       */
      waited: {
        side: 'komodor' | 'port' | 'kubernetes';
        from: string;
        /**
         * null: it goes on.
         */
        to: string | null;
        reason: 'rate limit' | 'Retry-After' | 'allowance spent' | 'retry pause';
      }[];
      /**
       * How many shorter waits were left out.
       */
      waitedMore?: number;
    } | null;
    waiting: {
      runId: string;
      mode: 'resync' | 'plan';
      trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
      kinds: string[];
      requestedAt: string;
    }[];
    next: {
      at: string | null;
      intervalMs: number | null;
    };
    needsPerson: (
      | {
          since: string;
          runId: string;
          text: string;
          type: 'approve_deletions';
          blueprint: string;
          count: number;
          reason:
            | 'threshold'
            | 'emptied'
            | 'unmapped'
            | 'incomplete'
            | 'contradicted'
            | 'unconfirmed'
            | 'rejected'
            | 'disabled'
            | 'not_selected'
            | 'aborted';
          digest: string;
          sample: string[];
          command: string;
          curl: string;
        }
      | {
          since: string;
          runId: string;
          text: string;
          type: 'repair';
          blueprints: string[];
        }
    )[];
    lastRun: {
      runId: string;
      mode: 'resync' | 'plan';
      trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
      kinds: string[];
      requestedAt: string;
      status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
      startedAt: string;
      finishedAt: string;
      problems: {
        code:
          | 'settings_invalid'
          | 'mapping_file_invalid'
          | 'blueprint_file_invalid'
          | 'add_on_unused'
          | 'mapping_empty'
          | 'jq_unusable'
          | 'expression_invalid'
          | 'expression_doubtful'
          | 'komodor_auth'
          | 'komodor_unreachable'
          | 'port_auth'
          | 'port_unreachable'
          | 'port_failed'
          | 'service_unreachable'
          | 'service_refused'
          | 'aborted'
          | 'read_incomplete'
          | 'items_malformed'
          | 'item_rejected'
          | 'field_failed'
          | 'field_empty'
          | 'value_refused'
          | 'property_undeclared'
          | 'relation_undeclared'
          | 'entity_too_large'
          | 'identifier_collision'
          | 'field_conflict'
          | 'relation_target_missing'
          | 'upsert_failed'
          | 'other_installation'
          | 'owned_elsewhere'
          | 'old_values_unread'
          | 'delete_failed'
          | 'blueprint_missing'
          | 'blueprint_drift'
          | 'blueprint_failed'
          | 'deletion_blocked'
          | 'approval_unmatched'
          | 'write_back_failed'
          | 'unexpected';
        severity: 'error' | 'warning';
        kind?: string;
        message: string;
        count: number;
      }[];
    } | null;
    apis: {
      komodor: {
        state: 'ok' | 'waiting' | 'failing' | 'unknown';
        lastSuccessAt: string | null;
        lastFailure: {
          at: string;
          what: string;
        } | null;
        allowance: {
          remaining: number;
          limit: number | null;
          resetAt: string;
        } | null;
        waitingUntil: string | null;
        requests: number;
        retries: number;
        rateLimitWaitMs: number;
      };
      port: {
        state: 'ok' | 'waiting' | 'failing' | 'unknown';
        lastSuccessAt: string | null;
        lastFailure: {
          at: string;
          what: string;
        } | null;
        allowance: {
          remaining: number;
          limit: number | null;
          resetAt: string;
        } | null;
        waitingUntil: string | null;
        requests: number;
        retries: number;
        rateLimitWaitMs: number;
      };
      kubernetes?: {
        state: 'ok' | 'waiting' | 'failing' | 'unknown';
        lastSuccessAt: string | null;
        lastFailure: {
          at: string;
          what: string;
        } | null;
        allowance: {
          remaining: number;
          limit: number | null;
          resetAt: string;
        } | null;
        waitingUntil: string | null;
        requests: number;
        retries: number;
        rateLimitWaitMs: number;
      };
    };
    /**
     * Of the replica that watches the cluster; missing in the others.
     */
    watches?: {
      kind: string;
      /**
       * null: all of them.
       */
      namespace: string | null;
      state: 'starting' | 'watching' | 'waiting';
      since: string;
      lastEventAt: string | null;
      /**
       * What it waits for.
       */
      why: string | null;
    }[];
    queue: {
      ready: boolean;
      detail: string;
      advice: string[];
      counts: {
        runsWaiting: number;
        runsActive: number;
        liveWaiting: number;
      } | null;
    };
    mapping: {
      digest: string;
      origin: string;
      since: string;
    } | null;
    service: {
      version: string;
      startedAt: string;
      role: string;
      integrationIdentifier: string;
    };
  };
  'GET /v1/timeline': {
    entries: (
      | {
          type: 'run';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          runId: string;
          trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
          status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
          durationMs: number;
          created: number;
          updated: number;
          deleted: number;
          failed: number;
          /**
           * Held back from deletion until a person approves.
           */
          heldBack: number;
          /**
           * Entities whose source is gone; null: an earlier version ran it.
           */
          stale: number | null;
          /**
           * How long it waited because an API allows no more requests; null: an earlier version ran it.
           */
          waitMs: number | null;
          /**
           * The digest of the mapping that it used.
           */
          mapping: string | null;
        }
      | {
          type: 'plan';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          runId: string;
          trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
          status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
          durationMs: number;
          created: number;
          updated: number;
          deleted: number;
          failed: number;
          /**
           * Held back from deletion until a person approves.
           */
          heldBack: number;
          /**
           * Entities whose source is gone; null: an earlier version ran it.
           */
          stale: number | null;
          /**
           * How long it waited because an API allows no more requests; null: an earlier version ran it.
           */
          waitMs: number | null;
          /**
           * The digest of the mapping that it used.
           */
          mapping: string | null;
        }
      | {
          type: 'live';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          events: number;
          written: number;
          deleted: number;
          heldBack: number;
          failed: number;
        }
      | {
          type: 'mapping';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          from: {
            digest: string;
            origin: string;
          };
          to: {
            digest: string;
            origin: string;
          };
          diff: string;
        }
      | {
          type: 'approval';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          runId: string;
          trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
          blueprint: string;
          digest: string;
          count: number;
        }
      | {
          type: 'start';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          version: string;
          role: string;
        }
      | {
          type: 'stop';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          version: string;
          role: string;
        }
      | {
          type: 'stalled';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          since: string;
          blueprints: string[];
          reason: string;
        }
      | {
          type: 'recovered';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          stalledSince: string;
        }
      | {
          type: 'watch';
          /**
           * Its place in the list.
           */
          id: string;
          at: string;
          state: 'lost' | 'back';
          kind: string;
          /**
           * null: all of them.
           */
          namespace: string | null;
          why: string | null;
        }
    )[];
    /**
     * What to ask for as `before` to go on; null: nothing is older.
     */
    before: string | null;
  };
  'GET /v1/fields': {
    /**
     * The newest first.
     */
    runs: {
      runId: string;
      startedAt: string;
      status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
    }[];
    fields: {
      entry: string;
      kind: string;
      /**
       * null: an expression computes it.
       */
      blueprint: string | null;
      /**
       * `selector.query`, `identifier`, `properties.status`
       */
      path: string;
      expression: string;
      /**
       * In the order of the runs. null: that run had no such expression, or did not read its kind.
       */
      cells: ({
        /**
         * How many times it gave a value.
         */
        values: number;
        /**
         * How many times it gave null.
         */
        nulls: number;
        /**
         * How many times it failed, or gave something that the field cannot hold.
         */
        failed: number;
      } | null)[];
    }[];
  };
  'GET /v1/runs/{id}/problems': {
    runId: string;
    problems: {
      code:
        | 'settings_invalid'
        | 'mapping_file_invalid'
        | 'blueprint_file_invalid'
        | 'add_on_unused'
        | 'mapping_empty'
        | 'jq_unusable'
        | 'expression_invalid'
        | 'expression_doubtful'
        | 'komodor_auth'
        | 'komodor_unreachable'
        | 'port_auth'
        | 'port_unreachable'
        | 'port_failed'
        | 'service_unreachable'
        | 'service_refused'
        | 'aborted'
        | 'read_incomplete'
        | 'items_malformed'
        | 'item_rejected'
        | 'field_failed'
        | 'field_empty'
        | 'value_refused'
        | 'property_undeclared'
        | 'relation_undeclared'
        | 'entity_too_large'
        | 'identifier_collision'
        | 'field_conflict'
        | 'relation_target_missing'
        | 'upsert_failed'
        | 'other_installation'
        | 'owned_elsewhere'
        | 'old_values_unread'
        | 'delete_failed'
        | 'blueprint_missing'
        | 'blueprint_drift'
        | 'blueprint_failed'
        | 'deletion_blocked'
        | 'approval_unmatched'
        | 'write_back_failed'
        | 'unexpected';
      severity: 'error' | 'warning';
      kind?: string;
      message: string;
      /**
       * Where in the mapping the expression is that it comes from.
       */
      path?: string;
      expression?: string;
      count: number;
      samples: string[];
      /**
       * The oldest kept run that had it.
       */
      firstSeen: {
        runId: string;
        at: string;
      } | null;
      /**
       * Where in the documentation it is explained.
       */
      docs: string;
    }[];
  };
  'GET /v1/doctor': {
    checks: {
      name: string;
      status: 'ok' | 'warning' | 'failed';
      detail: string;
      advice: string | null;
    }[];
  };
  'POST /v1/runs': {
    runId: string;
    /**
     * A run that was asked for before serves this request too.
     */
    joined: boolean;
    href: string;
  };
  'GET /v1/runs': {
    runs: {
      runId: string;
      mode: 'resync' | 'plan';
      trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
      status: ('queued' | 'running') | ('completed' | 'degraded' | 'blocked' | 'failed' | 'aborted');
      kinds: string[];
      requestedAt: string;
      startedAt: string | null;
      finishedAt: string | null;
      /**
       * Which outside changes asked for the run; the first 20.
       */
      causes?: {
        source: 'flux';
        object: string;
        revision: string;
        reason: string;
      }[];
      href: string;
    }[];
  };
  'GET /v1/runs/{id}':
    | {
        runId: string;
        mode: 'resync' | 'plan';
        trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
        status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
        startedAt: string;
        finishedAt: string;
        durationMs: number;
        kinds: {
          kind: string;
          status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
          complete: boolean;
          pages: number;
          extracted: number;
          selected: number;
          filtered: number;
          duplicates: number;
          rejected: number;
        }[];
        blueprints: {
          blueprint: string;
          status: 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
          created: number;
          updated: number;
          unchanged: number;
          failed: number;
          deleted: number;
          stale: number;
          deletionBlocked: {
            reason:
              | 'threshold'
              | 'emptied'
              | 'unmapped'
              | 'incomplete'
              | 'contradicted'
              | 'unconfirmed'
              | 'rejected'
              | 'disabled'
              | 'not_selected'
              | 'aborted';
            count: number;
            digest: string;
            sample: string[];
            /**
             * How many entities of ours the blueprint had in Port.
             */
            total?: number;
            /**
             * `entityDeletionThreshold`; null: nothing may go without approval.
             */
            threshold?: number | null;
          } | null;
        }[];
        problems: {
          code:
            | 'settings_invalid'
            | 'mapping_file_invalid'
            | 'blueprint_file_invalid'
            | 'add_on_unused'
            | 'mapping_empty'
            | 'jq_unusable'
            | 'expression_invalid'
            | 'expression_doubtful'
            | 'komodor_auth'
            | 'komodor_unreachable'
            | 'port_auth'
            | 'port_unreachable'
            | 'port_failed'
            | 'service_unreachable'
            | 'service_refused'
            | 'aborted'
            | 'read_incomplete'
            | 'items_malformed'
            | 'item_rejected'
            | 'field_failed'
            | 'field_empty'
            | 'value_refused'
            | 'property_undeclared'
            | 'relation_undeclared'
            | 'entity_too_large'
            | 'identifier_collision'
            | 'field_conflict'
            | 'relation_target_missing'
            | 'upsert_failed'
            | 'other_installation'
            | 'owned_elsewhere'
            | 'old_values_unread'
            | 'delete_failed'
            | 'blueprint_missing'
            | 'blueprint_drift'
            | 'blueprint_failed'
            | 'deletion_blocked'
            | 'approval_unmatched'
            | 'write_back_failed'
            | 'unexpected';
          severity: 'error' | 'warning';
          kind?: string;
          message: string;
          /**
           * Where in the mapping the expression is that it comes from.
           */
          path?: string;
          expression?: string;
          count: number;
          samples: string[];
        }[];
        requests: {
          komodor: number;
          port: number;
          /**
           * Only where a cluster is read.
           */
          kubernetes?: number;
          retries: number;
          rateLimitWaitMs: number;
        };
        changes?: {
          action: 'create' | 'update' | 'delete';
          blueprint: string;
          identifier: string;
          title:
            | string
            | {
                from: unknown;
                to: unknown;
              }
            | null;
          icon?: {
            from: unknown;
            to: unknown;
          };
          team?: {
            from: unknown;
            to: unknown;
          };
          properties?: {
            [k: string]: {
              from: unknown;
              to: unknown;
            };
          };
          relations?: {
            [k: string]: {
              from: unknown;
              to: unknown;
            };
          };
          reason?: 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';
          detail?: string;
          blocked?: boolean;
        }[];
        setup?: {
          what: 'integration' | 'mapping' | 'blueprint';
          identifier: string;
          diff: string;
        }[];
        mapping?: {
          origin: string;
          digest: string;
          replaces: string | null;
          plan: string;
        };
        /**
         * When each stage of each kind was worked on.
         */
        lanes?: {
          kind: string;
          stage: 'read' | 'map' | 'compare' | 'write' | 'delete';
          startedAt: string;
          /**
           * null: it may go on.
           */
          endedAt: string | null;
          /**
           * The time in which at least one piece of work was under way.
           */
          busyMs: number;
          done: number;
        }[];
        /**
         * When requests waited: at most 50, the longest.
         */
        waited?: {
          side: 'komodor' | 'port' | 'kubernetes';
          from: string;
          /**
           * null: it goes on.
           */
          to: string | null;
          reason: 'rate limit' | 'Retry-After' | 'allowance spent' | 'retry pause';
        }[];
        /**
         * How many shorter waits were left out.
         */
        waitedMore?: number;
        /**
         * Which outside changes asked for the run; the first 20.
         */
        causes?: {
          source: 'flux';
          object: string;
          revision: string;
          reason: string;
        }[];
      }
    | {
        runId: string;
        mode: 'resync' | 'plan';
        trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
        status: 'queued' | 'running';
        kinds: string[];
        requestedAt: string;
        startedAt: string | null;
        finishedAt: string | null;
        /**
         * Which outside changes asked for the run; the first 20.
         */
        causes?: {
          source: 'flux';
          object: string;
          revision: string;
          reason: string;
        }[];
        href: string;
        /**
         * When each stage of each kind was worked on.
         */
        lanes: {
          kind: string;
          stage: 'read' | 'map' | 'compare' | 'write' | 'delete';
          startedAt: string;
          /**
           * null: it may go on.
           */
          endedAt: string | null;
          /**
           * The time in which at least one piece of work was under way.
           */
          busyMs: number;
          done: number;
        }[];
        /**
         * When requests waited: at most 50, the longest.
         */
        waited: {
          side: 'komodor' | 'port' | 'kubernetes';
          from: string;
          /**
           * null: it goes on.
           */
          to: string | null;
          reason: 'rate limit' | 'Retry-After' | 'allowance spent' | 'retry pause';
        }[];
        /**
         * How many shorter waits were left out.
         */
        waitedMore?: number;
        progress: {
          kind: string;
          pages: number;
          items: number;
          written: number;
          unchanged: number;
        }[];
      };
  'DELETE /v1/runs/{id}': {
    runId: string;
    cancelling: true;
  };
  'GET /v1/runs/{id}/changes': {
    run: {
      runId: string;
      mode: ('resync' | 'plan') | 'live';
      trigger: 'cli' | 'schedule' | 'http' | 'port' | 'webhook' | 'start' | 'watch';
      startedAt: string;
      finishedAt: string | null;
      status: ('completed' | 'degraded' | 'blocked' | 'failed' | 'aborted') | null;
      rows: number;
      lost: number;
      counts: {
        [k: string]: {
          [k: string]: number;
        };
      };
    };
    rows: {
      action: 'create' | 'update' | 'delete';
      blueprint: string;
      identifier: string;
      title:
        | string
        | {
            from: unknown;
            to: unknown;
          }
        | null;
      icon?: {
        from: unknown;
        to: unknown;
      };
      team?: {
        from: unknown;
        to: unknown;
      };
      properties?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      relations?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      reason?: 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';
      detail?: string;
      outcome: 'refused' | 'held_back' | 'superseded' | 'done' | 'planned';
      at: string;
      fields?: string[];
      error?: {
        code: string;
        message: string;
        exchange?: {
          request: {
            method: string;
            path: string;
            body: string;
          };
          answer: {
            status: number | null;
            body: string;
          };
        };
      };
      source?: {
        kind: string;
        item: string;
        entries: string[];
      };
    }[];
    /**
     * Where the next page begins; null: this was the last one.
     */
    cursor: string | null;
    /**
     * Why there are no rows, or not all.
     */
    note: {
      code:
        | 'changed_nothing'
        | 'history_off'
        | 'not_kept'
        | 'not_recorded'
        | 'in_progress'
        | 'rows_lost'
        | 'no_such_blueprint';
      message: string;
    } | null;
  };
  'GET /v1/runs/{id}/held': {
    runId: string;
    held: {
      blueprint: string;
      reason:
        | 'threshold'
        | 'emptied'
        | 'unmapped'
        | 'incomplete'
        | 'contradicted'
        | 'unconfirmed'
        | 'rejected'
        | 'disabled'
        | 'not_selected'
        | 'aborted';
      /**
       * The reason as a sentence.
       */
      detail: string;
      /**
       * Names exactly this set; `approveDeletions` of POST /v1/runs takes it.
       */
      digest: string;
      count: number;
      /**
       * How many entities of ours the blueprint had; null: not known.
       */
      total: number | null;
      /**
       * `count` of `total`.
       */
      share: number | null;
      threshold: number | null;
      /**
       * Whether an approval of the digest would delete the set.
       */
      approvable: boolean;
      /**
       * Entities that the second read still showed.
       */
      witnesses: string[];
      /**
       * The first 100; `changes` has all.
       */
      rows: {
        action: 'create' | 'update' | 'delete';
        blueprint: string;
        identifier: string;
        title:
          | string
          | {
              from: unknown;
              to: unknown;
            }
          | null;
        icon?: {
          from: unknown;
          to: unknown;
        };
        team?: {
          from: unknown;
          to: unknown;
        };
        properties?: {
          [k: string]: {
            from: unknown;
            to: unknown;
          };
        };
        relations?: {
          [k: string]: {
            from: unknown;
            to: unknown;
          };
        };
        reason?: 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';
        detail?: string;
        outcome: 'refused' | 'held_back' | 'superseded' | 'done' | 'planned';
        at: string;
        fields?: string[];
        error?: {
          code: string;
          message: string;
          exchange?: {
            request: {
              method: string;
              path: string;
              body: string;
            };
            answer: {
              status: number | null;
              body: string;
            };
          };
        };
        source?: {
          kind: string;
          item: string;
          entries: string[];
        };
      }[];
      /**
       * What in Port leads to the entities now; null: not known.
       */
      incoming:
        | {
            blueprint: string;
            relation: string;
            /**
             * Port refuses to delete what a required relation leads to.
             */
            required: boolean;
            count: number;
            sample: {
              identifier: string;
              title: string | null;
            }[];
          }[]
        | null;
      /**
       * Why `incoming` is not known, or not whole.
       */
      incomingProblem: string | null;
    }[];
    /**
     * Why there are no sets, or not all rows.
     */
    note: {
      code:
        | 'changed_nothing'
        | 'history_off'
        | 'not_kept'
        | 'not_recorded'
        | 'in_progress'
        | 'rows_lost'
        | 'no_such_blueprint';
      message: string;
    } | null;
  };
  'POST /v1/map': {
    kind: string;
    mapping: string;
    items: {
      label: string;
      rows: {
        entry: string;
        result: 'entity' | 'filtered' | 'rejected';
        /**
         * The entity as Port would get it.
         */
        entity?: {
          blueprint: string;
          identifier:
            | string
            | {
                [k: string]: unknown;
              };
          title?: string | null;
          icon?: string | null;
          team?: unknown;
          properties: {
            [k: string]: unknown;
          };
          relations: {
            [k: string]: unknown;
          };
        };
        fields: {
          path: string;
          expression: string;
          value?: unknown;
          error?: string;
          input?: unknown;
        }[];
        problems: string[];
      }[];
    }[];
    problems: string[];
  };
  'GET /v1/mapping': {
    origin: string;
    source: 'port' | 'file';
    digest: string;
    mapping: string;
  };
  'PUT /v1/mapping': {
    digest: string;
  };
  'POST /v1/lint': {
    /**
     * `failed`: there are errors.
     */
    status: 'completed' | 'failed';
    mapping: string;
    samples: {
      from: string;
      kinds: {
        [k: string]: number;
      };
    } | null;
    findings: {
      code:
        | 'setting_missing'
        | 'setting_doubtful'
        | 'mapping_file_invalid'
        | 'blueprint_file_invalid'
        | 'manifest_broken'
        | 'catalog_unreadable'
        | 'selector_invalid'
        | 'expression_invalid'
        | 'expression_doubtful'
        | 'text_unquoted'
        | 'blueprint_unknown'
        | 'property_undeclared'
        | 'relation_undeclared'
        | 'relation_target_unknown'
        | 'required_unwritten'
        | 'required_null'
        | 'value_refused'
        | 'null_unguarded'
        | 'field_failed'
        | 'item_rejected'
        | 'field_null'
        | 'selector_never'
        | 'identifier_collision'
        | 'identifier_encoded'
        | 'cluster_unknown'
        | 'guard_loose'
        | 'entry_without_effect'
        | 'kind_read_twice'
        | 'add_on_unused'
        | 'blueprint_unused'
        | 'ocean_differs';
      severity: 'error' | 'warning';
      file: string | null;
      path: string;
      line: number | null;
      message: string;
      advice: string;
    }[];
  };
  'POST /v1/test': {
    files: {
      file: string;
      mapping: string;
      tests: {
        name: string;
        kind: string;
        line: number;
        status: 'passed' | 'failed';
        failures: {
          message: string;
          path?: string;
          expected?: unknown;
          actual?: unknown;
          entry?: string;
          expression?: string;
          input?: unknown;
        }[];
        notes: string[];
      }[];
    }[];
    /**
     * What cannot be used, each with its line.
     */
    problems: string[];
    updated: string[];
    passed: number;
    failed: number;
  };
  'GET /v1/items': {
    kind: string;
    from: 'live' | 'examples';
    items: {
      label: string;
      item: unknown;
    }[];
    /**
     * Whether there are, or may be, more.
     */
    more: boolean;
    /**
     * Why not everything was read.
     */
    problem: string | null;
  };
  'GET /v1/entities': {
    q: string;
    entities: {
      /**
       * null: the mapping made no entity of the item.
       */
      blueprint: string | null;
      identifier: string;
      title: string | null;
      inPort: boolean;
      /**
       * null: not known without asking; `href` tells.
       */
      verdict:
        | (
            | 'current'
            | 'differs'
            | 'missing_filtered'
            | 'missing_rejected'
            | 'missing_collided'
            | 'missing_refused'
            | 'missing_unread'
            | 'missing_no_source'
            | 'stale_held_back'
            | 'stale_will_go'
            | 'foreign'
            | 'unknown_blueprint'
          )
        | null;
      detail: string | null;
      href: string | null;
    }[];
    more: boolean;
    /**
     * What could not be asked.
     */
    unknown: string[];
  };
  'GET /v1/entities/{blueprint}/{identifier}': {
    blueprint: string;
    identifier: string;
    /**
     * `current`: Port has it as the mapping gives it. `differs`: The next resync will write it. `missing_filtered`: The mapping leaves it out. `missing_rejected`: The mapping gives it no identifier, blueprint or selector answer. `missing_collided`: Another item has the same identifier. `missing_refused`: Port refuses it. `missing_unread`: It could not be read whether it exists. `missing_no_source`: Nothing that is read gives it. `stale_held_back`: No item gives it any more, and its deletion is held back. `stale_will_go`: No item gives it any more, and the next resync deletes it. `foreign`: Somebody else wrote it. `unknown_blueprint`: Port has no such blueprint.
     */
    verdict:
      | 'current'
      | 'differs'
      | 'missing_filtered'
      | 'missing_rejected'
      | 'missing_collided'
      | 'missing_refused'
      | 'missing_unread'
      | 'missing_no_source'
      | 'stale_held_back'
      | 'stale_will_go'
      | 'foreign'
      | 'unknown_blueprint';
    /**
     * The verdict in a sentence or two.
     */
    summary: string;
    sources: {
      kind: string;
      label: string;
      /**
       * As Komodor gives it.
       */
      item: {
        [k: string]: unknown;
      };
      rows: {
        entry: string;
        result: 'entity' | 'filtered' | 'rejected';
        /**
         * The entity as Port would get it.
         */
        entity?: {
          blueprint: string;
          identifier:
            | string
            | {
                [k: string]: unknown;
              };
          title?: string | null;
          icon?: string | null;
          team?: unknown;
          properties: {
            [k: string]: unknown;
          };
          relations: {
            [k: string]: unknown;
          };
        };
        fields: {
          path: string;
          expression: string;
          value?: unknown;
          error?: string;
          input?: unknown;
        }[];
        problems: string[];
      }[];
    }[];
    reads: {
      kind: string;
      complete: boolean;
      detail: string;
    }[];
    port: {
      entity: {
        title: string | null;
        icon: string | null;
        team: unknown;
        /**
         * By name.
         */
        properties: {
          [k: string]: unknown;
        };
        /**
         * By name.
         */
        relations: {
          [k: string]: unknown;
        };
      };
      owner: string | null;
      updatedAt: string | null;
    } | null;
    relations: {
      relation: string;
      target: {
        blueprint: string;
        identifier: string;
      };
      exists: boolean | null;
    }[];
    next: {
      action: 'none' | 'create' | 'update' | 'delete' | 'held_back' | 'unknown';
      /**
       * Each changed field as `{from, to}`.
       */
      changes: {
        title:
          | string
          | {
              from: unknown;
              to: unknown;
            }
          | null;
        icon?: {
          from: unknown;
          to: unknown;
        };
        team?: {
          from: unknown;
          to: unknown;
        };
        properties?: {
          [k: string]: {
            from: unknown;
            to: unknown;
          };
        };
        relations?: {
          [k: string]: {
            from: unknown;
            to: unknown;
          };
        };
      } | null;
      reason: string;
      digest: string | null;
    };
    /**
     * Items: A row of the journal, with the `runId` and `mode` of its run.
     */
    history: {
      action: 'create' | 'update' | 'delete';
      blueprint: string;
      identifier: string;
      title:
        | string
        | {
            from: unknown;
            to: unknown;
          }
        | null;
      icon?: {
        from: unknown;
        to: unknown;
      };
      team?: {
        from: unknown;
        to: unknown;
      };
      properties?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      relations?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      reason?: 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';
      detail?: string;
      outcome: 'refused' | 'held_back' | 'superseded' | 'done' | 'planned';
      at: string;
      fields?: string[];
      error?: {
        code: string;
        message: string;
        exchange?: {
          request: {
            method: string;
            path: string;
            body: string;
          };
          answer: {
            status: number | null;
            body: string;
          };
        };
      };
      source?: {
        kind: string;
        item: string;
        entries: string[];
      };
      runId: string;
      mode: ('resync' | 'plan') | 'live';
    }[];
    resembling: {
      blueprint: string;
      identifier: string;
      title: string | null;
    }[];
  };
  'GET /v1/entities/{blueprint}/{identifier}/history': {
    /**
     * Items: A row of the journal, with the `runId` and `mode` of its run.
     */
    history: {
      action: 'create' | 'update' | 'delete';
      blueprint: string;
      identifier: string;
      title:
        | string
        | {
            from: unknown;
            to: unknown;
          }
        | null;
      icon?: {
        from: unknown;
        to: unknown;
      };
      team?: {
        from: unknown;
        to: unknown;
      };
      properties?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      relations?: {
        [k: string]: {
          from: unknown;
          to: unknown;
        };
      };
      reason?: 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';
      detail?: string;
      outcome: 'refused' | 'held_back' | 'superseded' | 'done' | 'planned';
      at: string;
      fields?: string[];
      error?: {
        code: string;
        message: string;
        exchange?: {
          request: {
            method: string;
            path: string;
            body: string;
          };
          answer: {
            status: number | null;
            body: string;
          };
        };
      };
      source?: {
        kind: string;
        item: string;
        entries: string[];
      };
      runId: string;
      mode: ('resync' | 'plan') | 'live';
    }[];
    /**
     * The deletions of the blueprint that the last finished resync held back.
     */
    heldBack: {
      reason:
        | 'threshold'
        | 'emptied'
        | 'unmapped'
        | 'incomplete'
        | 'contradicted'
        | 'unconfirmed'
        | 'rejected'
        | 'disabled'
        | 'not_selected'
        | 'aborted';
      digest: string;
      count: number;
    } | null;
    /**
     * Why the last finished resync deleted nothing of what these kinds give.
     */
    hindrances: {
      kind: string;
      reason: string;
      message: string;
    }[];
    problems: {
      code: string;
      message: string;
    }[];
  };
}
