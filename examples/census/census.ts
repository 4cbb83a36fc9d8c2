// Wide & Deep on the Census Income data: trains, evaluates, saves, loads, predicts. `npm start` runs it.
//
// Settings were chosen on a tenth of adult.data; adult.test is only used for the last line.

import { setSeed } from 'talray';
import { ProgressBar } from 'talray/callbacks';
import { categorical, cross, csv, numeric } from 'talray/data';
import { binaryCrossentropy } from 'talray/losses';
import { Auc, BinaryAccuracy } from 'talray/metrics';
import { Adagrad, Adam } from 'talray/optimizers';
import { WideAndDeep } from 'talray/recsys';

const columns = {
  age: 'f32',
  workclass: 'string',
  fnlwgt: 'f32',
  education: 'string',
  educationNum: 'f32',
  maritalStatus: 'string',
  occupation: 'string',
  relationship: 'string',
  race: 'string',
  sex: 'string',
  capitalGain: 'f32',
  capitalLoss: 'f32',
  hoursPerWeek: 'f32',
  nativeCountry: 'string',
  income: 'string',
} as const;

const data = new URL('../../../examples/census/data/', import.meta.url);
const rows = (file: string) =>
  csv(new URL(file, data), {
    columns,
    missing: '?',
    comment: '|',
    label: { name: 'income', positive: ['>50K', '>50K.'] },
  });

const age = numeric('age', { name: 'ageBucket', buckets: [18, 22, 26, 30, 34, 38, 42, 46, 50, 55, 60, 65], dim: 8 });
const hours = numeric('hoursPerWeek', { name: 'hoursBucket', buckets: [20, 30, 35, 40, 41, 45, 50, 60], dim: 8 });
const gain = numeric('capitalGain', { name: 'gainBucket', buckets: [1, 3000, 4000, 5000, 7000, 10000, 15000, 50000], dim: 8 });
const loss = numeric('capitalLoss', { name: 'lossBucket', buckets: [1, 1500, 1700, 1850, 1950, 2100, 2300, 2500], dim: 8 });
const category = (name: string) => categorical(name, { missing: 'category', dim: 8 });
const features = [
  age,
  hours,
  gain,
  loss,
  ...['workclass', 'education', 'maritalStatus', 'occupation', 'relationship', 'race', 'sex', 'nativeCountry'].map(category),
  cross(['education', 'occupation']),
  cross(['maritalStatus', 'occupation']),
  cross([age, 'education', 'occupation']),
  cross([age, 'relationship']),
  cross([hours, 'occupation']),
  ...['age', 'educationNum', 'hoursPerWeek'].map((name) => numeric(name, { scale: 'standard' })),
  ...['capitalGain', 'capitalLoss'].map((name) => numeric(name, { log: true })),
];

setSeed(1);
const model = new WideAndDeep({
  features,
  hidden: [64, 32],
  deep: features.filter((f) => f.output === 'key' && f.kind !== 'cross').map((f) => f.name),
  minCount: 4,
});
const training = { optimizer: { wide: new Adagrad(0.05), deep: new Adam(1e-3) }, loss: binaryCrossentropy, metrics: [new Auc(), new BinaryAccuracy()] };
model.compile(training);

const start = performance.now();
await model.fit(rows('adult.data').shuffle({ seed: 1 }).batch(256), { epochs: 4, verbose: 0, callbacks: [new ProgressBar()] });
const seconds = (performance.now() - start) / 1000;

const folder = process.env.CENSUS_MODEL ?? new URL('../../census-model', import.meta.url).pathname;
await model.save(folder);
const served = await WideAndDeep.load(folder);

const person = { workclass: 'Private', fnlwgt: 200_000, race: 'White', nativeCountry: 'United-States', capitalGain: 0, capitalLoss: 0 };
const people = [
  { ...person, age: 23, education: 'HS-grad', educationNum: 9, maritalStatus: 'Never-married', occupation: 'Sales', relationship: 'Own-child', sex: 'Female', hoursPerWeek: 30 },
  { ...person, age: 45, education: 'Masters', educationNum: 14, maritalStatus: 'Married-civ-spouse', occupation: 'Exec-managerial', relationship: 'Husband', sex: 'Male', hoursPerWeek: 50 },
  { ...person, age: 38, education: 'Bachelors', educationNum: 13, maritalStatus: 'Divorced', occupation: 'Prof-specialty', relationship: 'Not-in-family', sex: 'Female', hoursPerWeek: 45, capitalGain: 14_084 },
];
const chances = await (await served.predict(people)).data();
people.forEach((p, i) => {
  console.log(`${p.age} years, ${p.education}, ${p.occupation}, ${p.hoursPerWeek} hours a week: ${((chances[i] as number) * 100).toFixed(1)} % earn over 50K`);
});

served.compile(training);
const result = await served.evaluate(rows('adult.test').batch(4096));
console.log(`census: auc=${(result.auc ?? Number.NaN).toFixed(4)} accuracy=${(result.binaryAccuracy ?? Number.NaN).toFixed(4)} seconds=${seconds.toFixed(1)}`);
