import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { FACTOR_STORES } from '../shared/artifact/factorTable.ts';
import { MODEL_KINDS, type ModelKind } from '../shared/artifact/manifest.ts';
import { FrameRateError } from '../shared/errors.ts';
import { MAX_K } from '../shared/engine/vectorIndex.ts';
import { encoder } from './commands/encoder.ts';
import { evaluate } from './commands/evaluate.ts';
import { exportModel } from './commands/export.ts';
import { indexModel } from './commands/indexModel.ts';
import { inspect } from './commands/inspect.ts';
import { promote } from './commands/promote.ts';
import { recommend } from './commands/recommend.ts';
import { report } from './commands/report.ts';
import { register } from './commands/register.ts';
import { runsCompare, runsList, runsShow } from './commands/runs.ts';
import { score } from './commands/score.ts';
import { serve } from './commands/serve.ts';
import { site } from './commands/site.ts';
import { split } from './commands/split.ts';
import { start } from './commands/start.ts';
import { sweep } from './commands/sweep.ts';
import { sync } from './commands/sync.ts';
import { train, type TrainOptions } from './commands/train.ts';
import { verify } from './commands/verify.ts';
import { RANKER_KINDS } from './evaluation/rankers.ts';
import { readIndex } from './indexing/option.ts';
import { InputError } from './inputError.ts';
import { parseColumns } from './ratings/columns.ts';
import { MlflowError } from './tracking/mlflow/errors.ts';

/** An option's value that is a whole number in a range. */
const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };

const invalid = (message: string): never => {
  throw new InvalidArgumentError(message);
};

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number.');
  return value;
}

/** An option's value that is several, separated by commas; of repeated ones the first counts. */
const listOf =
  <T>(parse: (text: string) => T) =>
  (text: string): T[] => [...new Set(text.split(',').map((part) => parse(part.trim())))];

const rankOption = (): Option => new Option('--rank <n>', 'dimensions of the factors; the index takes as many bytes an item').argParser(whole(1, 1024)).default(64);
const seedOption = (): Option => new Option('--seed <n>', 'of the random start: same input and seed, same bytes').argParser(whole(0, 2 ** 32 - 1)).default(1);
const positiveFromOption = (): Option => new Option('--positive-from <rating>', 'from this rating on a film counts as liked (default: 4 of 5, and as much on other scales)').argParser(number);

/** The options that say which ratings to read. */
function withData(command: Command): Command {
  return command
    .option('--data <path...>', 'ratings: a file, a glob, or a folder (MovieLens of any size, goodbooks); "sample" for the embedded sample; default: what is in data/, else the sample')
    .option('--items <file>', 'titles of the items, where they are not found beside the ratings')
    .option('--columns <map>', 'names of the columns: user=…,item=…,rating=…,time=… (#1, #2 … where there is no header)', parseColumns)
    .option('--implicit', 'rows say who took what, not how they liked it: all count alike, and need no rating')
    .option('--k-core <n>', 'keep only users and items with at least n ratings', whole(1, 1000));
}

/** Which model: of `train` and `start`. */
function readKind(text: string): ModelKind {
  if (text === 'ease') {
    throw new InvalidArgumentError('EASE is a number for every pair of items, and has no factors to publish. `evaluate --model ease` measures it; what it knows more than factors is what the residual of ssvd keeps (--residual 32).');
  }
  return MODEL_KINDS.find((kind) => kind === text) ?? invalid(`It is one of ${MODEL_KINDS.join(', ')}.`);
}
const modelOption = (): Option => new Option('--model <kind>', `what is trained: ${MODEL_KINDS.join(', ')}`).argParser(readKind).default('ssvd');

/** What a model is searched with: of `train` and `start`. */
const indexOption = (): Option => new Option('--index <index>', "search the model with this index of Faiss's: IVF256,SQ8,nprobe=32 … (default: exact; `index --help` shows more)").argParser(readIndex);

/** WebAssembly has 4 GB, and the rest of the training its part of them. */
function gigabytes(text: string): number {
  const value = number(text);
  if (!(value > 0 && value <= 3.5)) throw new InvalidArgumentError('It is a number of gigabytes above 0, up to 3.5.');
  return value;
}

const runsOption = (): Option => new Option('--runs <folder>', 'where runs are kept').default('models/runs');

/** The options that say how a training is kept as a run: of `train` and `start`. */
function withTracking(command: Command): Command {
  return command
    .option('--no-track', 'do not keep this training as a run')
    .option('--runs <folder>', 'where the run is kept (default: runs/ beside the model); with MLFLOW_TRACKING_URI set it is sent there, too')
    .option('--experiment <name>', 'of MLflow, that the run belongs to (default: MLFLOW_EXPERIMENT_NAME, else FrameRate)')
    .option('--log-model', 'keep the model itself with its run')
    .option('--register <name>', "make the model the challenger of that name in MLflow's registry");
}

/** The options that say what to train on, and how: of `train`, `start` and `evaluate`. */
function withTraining(command: Command): Command {
  return withData(command)
    .addOption(rankOption())
    .addOption(new Option('--store <type>', "how the index keeps the factors: SQ8 (8 bits an entry), SQfp16 or Flat (32 bits), which are twice and four times as large").choices(FACTOR_STORES).default('SQ8'))
    .option('--residual <n>', 'what the factors miss between the most rated items: so many entries an item, 3 bytes each (32 and 8 are good, 0: none; default: 32 where that helps people kept aside, and as many as 256 bytes an item hold where more help more)', whole(0, 255))
    .option('--memory <GB>', 'what the residual may take while it is trained: 10,000 items take 0.4', gigabytes, 0.5)
    .option('--tune <n>', 'choose the parameters once, on people kept aside, none of whom the evaluation asks, with at most so many factorisations (0: take them as they are; default: 8, of the embedded sample 0)', whole(0, 100))
    .option('--publish-users', 'also publish who rated what, for the API alone: GET /v1/users/ID/recommendations')
    .addOption(seedOption());
}

const program = new Command('framerate')
  .description('Trains private, offline recommenders and serves them.')
  .configureOutput({ outputError: (text, write) => write(text) })
  .showHelpAfterError('(--help shows the options)')
  .exitOverride();

withTracking(withTraining(program.command('train')))
  .description('Trains a model on ratings and publishes it.')
  .addOption(modelOption())
  .option('--no-map', 'without the map of the catalogue')
  .option('--out <folder>', 'where the model goes: models/NAME (default: models/ and the name of the data, and the kind where that is not ssvd)')
  .addOption(indexOption())
  .option('--no-evaluate', 'do not measure how good such a model is for people that it has not seen')
  .option('--resume', 'go on where a run on the same data and with the same options ended early, to the same bytes')
  .option('--keep-every <seconds>', 'how often a long run is kept for --resume (default: 30)', whole(0, 86_400))
  .action(async (options: TrainOptions) => {
    await train(options);
  });

withTraining(program.command('evaluate'))
  .description('Measures models on people that they were not trained on, beside popularity and PureSVD.')
  .option('--fold <list>', 'which tenths of the people are asked, e.g. 0,4,8: several are pooled', listOf(whole(0, 9)), [0])
  .addOption(positiveFromOption())
  .addOption(new Option('--model <kind...>', 'what is measured; the last one is compared with all others').choices(RANKER_KINDS).default(['ssvd']))
  .option('--binary', 'also setting A: only what is liked is known, whatever its rating')
  .option('--hide-low', 'also with a fifth of the low ratings hidden, and not masked')
  .option('--dials', 'also what variety and popularity cost and bring')
  .option('--ranks', 'also how good other ranks are, for the validation people')
  .option('--json <file>', 'write everything as JSON, too: what `report` shows')
  .option('--onboarding', 'instead: how good the ten are after a few questions, by which titles are asked about')
  .option('--explicit', 'instead: how near expected ratings come, for known people (five-fold, beside biased matrix factorisation) and for new ones')
  .action(evaluate);

withData(program.command('split'))
  .description('Writes the split that `evaluate` uses: train.csv, val.jsonl and test.jsonl, so that any other program can be compared.')
  .requiredOption('--out <folder>', 'where it goes')
  .option('--fold <n>', 'which tenth of the people is asked', whole(0, 9), 0)
  .addOption(positiveFromOption())
  .action(split);

program
  .command('score')
  .description('Measures what any program answered about the people of a split, beside popularity and PureSVD.')
  .requiredOption('--split <folder>', 'what `split` wrote')
  .requiredOption('--answers <file...>', 'one JSON object a line, {"user": …, "items": [ids]}, best first, 100 or more; what `recommend --batch` writes; the last file is compared with all others')
  .option('--no-baselines', 'without popularity and PureSVD')
  .addOption(rankOption())
  .addOption(seedOption())
  .option('--json <file>', 'write everything as JSON, too')
  .action(score);

program
  .command('recommend')
  .description('Recommends from a published model: the popular start, for one person, or for many.')
  .requiredOption('--model <folder>', 'folder of a published model')
  .option('--ratings <file>', "one person's ratings: a table with the columns item and rating (or movieId, rating …)")
  .option('--batch <file>', 'many people: one JSON object a line, {"user": …, "ratings": [[itemId, rating], …]}, or one of `split`; - for standard input. Answers one a line: {"user": …, "items": [ids], "scores": […]}')
  .option('-k, --k <n>', 'how many to recommend', whole(1, MAX_K), 10)
  .option('--variety <n>', 'how unlike each other they are to be, 0 to 1', number)
  .option('--popularity <n>', 'from surprising (-1) to what everybody likes (1)', number)
  .action(recommend);

program
  .command('index')
  .description('Chooses what a published model is searched with. "exact" looks at every row; an index of Faiss\'s (npm run build:faiss) looks at fewer.')
  .requiredOption('--model <folder>', 'folder of a published model')
  .option('--tune', 'measure recall, time and bytes of what this catalogue can be searched with, and write it to tuning.json')
  .option('--queries <n>', 'how many imagined people are asked for', whole(10, 100_000), 500)
  .option('--out <file>', 'where the measurements go instead: a JSON file')
  .option('--apply <index>', 'publish the model with this one: exact, IVF256,SQ8,nprobe=32, HNSW32,efSearch=128, PQ16,kFactor=10 …', readIndex)
  .action(indexModel);

program
  .command('report')
  .description('Writes one HTML page about a model: how good it is, how quick, and how that was measured.')
  .requiredOption('--model <folder>', 'folder of a published model')
  .option('--evaluation <file>', 'what `evaluate --json` wrote (default: evaluation.json in the folder, which `train` writes)')
  .option('--out <file>', 'where the page goes', 'report.html')
  .action(report);

program
  .command('encoder')
  .description('Publishes a model with a network that says who somebody is, in place of the fold-in: an ONNX graph, rows int64 [n] and weights float32 [n] in, user float32 [rank] out.')
  .requiredOption('--model <folder>', 'folder of a published model')
  .option('--apply <file>', 'the .onnx file; `export --encoder` writes the fold-in as an example')
  .option('--remove', 'fold people in again')
  .action(encoder);

program.command('inspect').description('Shows what a published model is.').requiredOption('--model <folder>', 'folder of a published model').option('--json', 'print the manifest').action(inspect);

program.command('verify').description('Reads all of a published model and checks lengths, digests and that its files belong together.').requiredOption('--model <folder>', 'folder of a published model').action(verify);

program
  .command('export')
  .description('Writes a published model as one ONNX file, for other runtimes, or its fold-in alone as an encoder.')
  .requiredOption('--model <folder>', 'folder of a published model')
  .option('--onnx <file>', 'where the model goes: rated rows in, best rows out')
  .option('--encoder <file>', 'where the fold-in goes: rated rows in, a person out')
  .action(exportModel);

const runs = program.command('runs').description('Shows what was trained, with which parameters, and how good it was.');
runs.command('list').description('Lists the runs that were kept, oldest first.').addOption(runsOption()).option('--trials', 'also those of sweeps').option('--json', 'as JSON').action(runsList);
runs.command('show').description('Shows a run: its parameters, metrics and files.').argument('<run>', 'its id, a part of it that no other has, or "last"').addOption(runsOption()).option('--json', 'as JSON, with every step of the metrics').action(runsShow);
runs.command('compare').description('Shows runs side by side: the parameters that differ, their metrics, and how much better the first is.').argument('<run...>', 'two or more').addOption(runsOption()).option('--json', 'as JSON').action(runsCompare);

program
  .command('sync')
  .description('Sends runs to MLflow (MLFLOW_TRACKING_URI) that it does not have, or not all of. Nothing gets there twice.')
  .argument('[run...]', 'which ones (default: all)')
  .addOption(runsOption())
  .action(sync);

program
  .command('register')
  .description("Makes a published model the challenger of a name in MLflow's registry, with its run.")
  .requiredOption('--model <folder>', 'folder of a published model')
  .requiredOption('--name <name>', 'of the registered model')
  .option('--runs <folder>', 'where the run of its training is kept (default: runs/ beside the model)')
  .action(register);

program
  .command('promote')
  .description('Makes the challenger of a registered model its champion, where it is better on the same people by more than the standard error of the difference.')
  .argument('<name>', 'of the registered model')
  .option('--to <version>', 'this version instead of the challenger; one that was champion before comes back as it is')
  .option('--force', 'whether it is better or not; a tag of the version says so')
  .action(promote);

withData(program.command('sweep'))
  .description('Tries settings on people kept aside, best first in a table: a grid, or drawn at random. The same command goes on where it stopped.')
  .argument('<file>', 'YAML: parameters and what they may be, method, budget … (docs/experiments.md)')
  .option('--publish <folder>', 'train the best on everybody, and publish it there')
  .option('--register <name>', "with --publish: make it the challenger of that name in MLflow's registry")
  .option('--html <file>', 'also the page with table and plot')
  .option('--no-track', 'keep no runs, and so nothing to go on with')
  .option('--runs <folder>', 'where the runs are kept (default: models/runs)')
  .option('--experiment <name>', 'of MLflow, that the runs belong to (default: MLFLOW_EXPERIMENT_NAME, else FrameRate)')
  .action(sweep);

program
  .command('serve')
  .description('Serves the app and the HTTP API over a published model.')
  .helpOption(false)
  .allowUnknownOption()
  .argument('[options...]')
  .action((_arguments, _options, command: Command) => serve(command.args));

program
  .command('site')
  .description('Puts app, widget and published models into one folder, for any static host, under any path. Needs no server of ours.')
  .requiredOption('--model <folder...>', 'folders of published models; the app starts with the first')
  .requiredOption('--out <folder>', 'where it goes; a site that was written there before is replaced')
  .action(site);

withTracking(withTraining(program.command('start')))
  .description('Trains, unless the model is up to date, then serves app and API.')
  .addOption(modelOption())
  .addOption(indexOption())
  .option('--host <address>', 'address to listen on; 0.0.0.0 for all of this machine')
  .option('--app-port <port>', 'port of the app (default: 8501)')
  .option('--api-port <port>', 'port of the API (default: 8000)')
  .action(start);

// `framerate recommend … | head`: whoever reads has had enough, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else if (error instanceof InputError || error instanceof FrameRateError || error instanceof MlflowError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } else {
    process.stderr.write(`This is a bug in FrameRate; please report it with these lines.\n${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 70; // EX_SOFTWARE
  }
}
