/** Stands in the file's header, so that a database of another program is known before anything is written. "gnko". */
export const applicationId = 0x676e_6b6f;

/** Times are milliseconds since 1970; ids, JSON and ISO times are text. */
const firstSchema = `
CREATE TABLE lease (
  graph_id TEXT NOT NULL,
  epic_id TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch > 0),
  holder TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ttl_ms INTEGER NOT NULL,
  released INTEGER NOT NULL CHECK (released IN (0, 1)),
  previous TEXT,
  PRIMARY KEY (graph_id, epic_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE state (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  graph_id TEXT NOT NULL,
  epic_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  orchestrator_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  saved_at TEXT NOT NULL,
  persisted_at INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  in_progress INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (graph_id, epic_id, run_id, epoch, sequence)
) STRICT;
CREATE INDEX state_by_age ON state (graph_id, epic_id, id, persisted_at);

CREATE TABLE event (
  graph_id TEXT NOT NULL,
  epic_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (graph_id, epic_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
  graph_id TEXT NOT NULL,
  epic_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  title TEXT,
  depends_on TEXT NOT NULL,
  status TEXT,
  synced_by TEXT,
  synced_at INTEGER,
  read_revision INTEGER NOT NULL,
  word_status TEXT,
  word_reason TEXT,
  word_by TEXT,
  word_revision INTEGER NOT NULL,
  word_at INTEGER,
  PRIMARY KEY (graph_id, epic_id, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_by_id ON task (graph_id, task_id);
CREATE INDEX task_news ON task (graph_id, epic_id, word_revision) WHERE word_revision > 0;

CREATE TABLE graph (
  graph_id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
`;

/** Step n makes format n of format n-1. A step that was released is never changed. */
export const schemaSteps: readonly string[] = [
  firstSchema,
  'ALTER TABLE task ADD COLUMN word_unless_complete INTEGER NOT NULL DEFAULT 0 CHECK (word_unless_complete IN (0, 1))',
];

export const schemaVersion = schemaSteps.length;
