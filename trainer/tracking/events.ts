/** What a run is: a training, a sweep, or one trial of a sweep. */
export type RunKind = 'train' | 'sweep' | 'trial';

/** As MLflow calls them. */
export type EndStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** A number in JSON, which has no words for these three; MLflow takes the same ones. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

export const toFigure = (value: number): Figure => (Number.isFinite(value) ? value : (String(value) as Figure));
export const fromFigure = (figure: Figure): number => Number(figure);

/** What a model was trained on. */
export interface DatasetInput {
  readonly name: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly url: string | null;
  readonly licence: string | null;
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
}

/** Who writes a journal, so that nobody else sends it meanwhile. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
}

export interface Begin {
  readonly type: 'begin';
  readonly format: 'framerate-run';
  readonly schemaVersion: 1;
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  /** Of MLflow. */
  readonly experiment: string;
  /** Id of the sweep that a trial is of; its folder lies beside that of the trial. */
  readonly parent?: string;
  /** Milliseconds since 1970, as all times of a journal. */
  readonly time: number;
  readonly writer: Writer;
}

/** One line of a journal: what became known, in that order. Nothing is ever taken back. */
export type RunEvent =
  | Begin
  /** Somebody goes on with a run that ended early. */
  | { readonly type: 'resume'; readonly time: number; readonly writer: Writer }
  | { readonly type: 'params'; readonly params: Readonly<Record<string, string>> }
  | { readonly type: 'tags'; readonly tags: Readonly<Record<string, string>> }
  | { readonly type: 'dataset'; readonly dataset: DatasetInput }
  | { readonly type: 'metric'; readonly key: string; readonly value: Figure; readonly standardError?: Figure; readonly step: number; readonly time: number }
  /** A file of the run's folder. @see RunJournal.keep */
  | { readonly type: 'artifact'; readonly path: string; readonly bytes: number }
  /** The model of this run is to be a version of that name in the registry. */
  | { readonly type: 'register'; readonly model: string }
  | { readonly type: 'end'; readonly status: EndStatus; readonly time: number };
