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

const bucketed = (column: string, buckets: readonly number[]) => numeric(column, { name: `${column}Bucket`, buckets, dim: 8 });
const age = bucketed('age', [18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 53, 56, 60, 65, 70]);
const buckets = [
  age,
  bucketed('educationNum', [9, 10, 11, 12, 13, 14, 15, 16]),
  bucketed('hoursPerWeek', [20, 30, 35, 39, 41, 45, 49, 51, 55, 60]),
  bucketed('capitalGain', [1, 3000, 4400, 5000, 5200, 6800, 7000, 7700, 10_000, 15_000, 50_000]),
  bucketed('capitalLoss', [1, 1500, 1600, 1740, 1800, 1850, 1880, 1920, 1980, 2100, 2300, 2500]),
];
const categories = ['workclass', 'education', 'maritalStatus', 'occupation', 'relationship', 'race', 'sex', 'nativeCountry'].map((name) =>
  categorical(name, { missing: 'category', dim: 8 }),
);
const features = [
  ...buckets,
  ...categories,
  cross(['education', 'occupation']),
  cross([age, 'relationship']),
  ...['age', 'educationNum', 'hoursPerWeek'].map((name) => numeric(name, { scale: 'standard' })),
  ...['capitalGain', 'capitalLoss'].map((name) => numeric(name, { log: true, scale: 'standard' })),
];

setSeed(1);
const model = new WideAndDeep({
  features,
  hidden: [64, 32],
  deep: [...buckets, ...categories].map((f) => f.name),
  minCount: 4,
});
const training = {
  optimizer: { wide: new Adagrad(0.02), deep: new Adam(3e-3) },
  loss: binaryCrossentropy,
  metrics: [new Auc(), new BinaryAccuracy()],
};
model.compile(training);

const start = performance.now();
await model.fit(rows('adult.data').shuffle({ seed: 1 }).batch(512), { epochs: 4, verbose: 0, callbacks: [new ProgressBar()] });
const seconds = (performance.now() - start) / 1000;

const folder = process.env.CENSUS_MODEL ?? new URL('../../census-model', import.meta.url).pathname;
await model.save(folder);
const served = await WideAndDeep.load(folder);

const person = { workclass: 'Private', fnlwgt: 200_000, race: 'White', nativeCountry: 'United-States', capitalGain: 0, capitalLoss: 0 };
const people = [
  {
    ...person,
    age: 23,
    education: 'HS-grad',
    educationNum: 9,
    maritalStatus: 'Never-married',
    occupation: 'Sales',
    relationship: 'Own-child',
    sex: 'Female',
    hoursPerWeek: 30,
  },
  {
    ...person,
    age: 45,
    education: 'Masters',
    educationNum: 14,
    maritalStatus: 'Married-civ-spouse',
    occupation: 'Exec-managerial',
    relationship: 'Husband',
    sex: 'Male',
    hoursPerWeek: 50,
  },
  {
    ...person,
    age: 38,
    education: 'Bachelors',
    educationNum: 13,
    maritalStatus: 'Divorced',
    occupation: 'Prof-specialty',
    relationship: 'Not-in-family',
    sex: 'Female',
    hoursPerWeek: 45,
    capitalGain: 14_084,
  },
];
const chances = await (await served.predict(people)).data();
people.forEach((p, i) => {
  console.log(
    `${p.age} years, ${p.education}, ${p.occupation}, ${p.hoursPerWeek} hours a week: ${((chances[i] as number) * 100).toFixed(1)} % earn over 50K`,
  );
});

served.compile(training);
const result = await served.evaluate(rows('adult.test').batch(4096));
console.log(
  `census: auc=${(result.auc ?? Number.NaN).toFixed(4)} accuracy=${(result.binaryAccuracy ?? Number.NaN).toFixed(4)} seconds=${seconds.toFixed(1)}`,
);
