import { DESIGNS } from './index-designs/designs.ts';
import { createDatabase, load, runAll } from './index-designs/database.ts';
import { prepareSource } from './index-designs/source.ts';
import { CODES, tokenTexts } from './index-designs/dataset.ts';
import { explain } from './index-designs/reads.ts';
import { answers } from './index-designs/answers.ts';
import { QUESTIONS } from './index-designs/questions.ts';
const size={observations:100000,patients:400,seed:42};
const db=await createDatabase('postgres://root@127.0.0.1:5499/postgres');
try {
await runAll(db.url, load(size,1000));
const d=DESIGNS.find(x=>x.name==='G')!;
await runAll(db.url,d.setup); await runAll(db.url,['vacuum (analyze) resource_f','vacuum (analyze) resource_version','analyze resource']);
const src=await prepareSource(db.url,size,[...CODES.map(tokenTexts.code)]);
for (const i of [11,12,6]) console.log(QUESTIONS[i]!.name+'\n'+await explain(db.url,d,src,i,'auto'));
const e=DESIGNS.find(x=>x.name==='E')!; await runAll(db.url,['drop table resource_version',...e.setup]);
const a=await answers(db.url,e,src); await runAll(db.url,e.teardown); await runAll(db.url,['drop table resource_f',...d.setup]);
const b=await answers(db.url,d,src); const a2=DESIGNS.find(x=>x.name==='A2')!; 
const c=await answers(db.url,a2,src);
console.log('same', a.length, a.filter((x,i)=>x!==b[i]).length, c.filter((x,i)=>x!==b[i]).length);
} finally { await db.drop(); }
