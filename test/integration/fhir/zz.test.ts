import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';
let server: TestServer;
beforeAll(async () => { server = await startTestServer(); }, 60000);
afterAll(() => server.close());
test('probe', async () => {
  const full = server.as('full');
  const out: string[] = [];
  const say = async (label: string, p: Promise<{status:number;text:string}>) => { const a = await p; out.push(label+' '+ a.status+' '+ a.text.replace(/^.*?"(text|outcome)":/,'$1:').slice(0,200)); };
  const B = (entry: unknown, type='batch') => full.post('', {resourceType:'Bundle', type, entry});
  for (const type of ['batch','transaction']) {
    await say(type+' request null', B([{request:null}], type));
    await say(type+' ifMatch number', B([{request:{method:'PUT',url:'Patient/x',ifMatch:5},resource:{resourceType:'Patient',id:'x'}}], type));
    await say(type+' ifNoneMatch obj', B([{request:{method:'GET',url:'Patient/patient-a',ifNoneMatch:{}}}], type));
    await say(type+' resource null', B([{request:{method:'POST',url:'Patient'},resource:null}], type));
    await say(type+' patch null', B([{request:{method:'PATCH',url:'Patient/x'},resource:null}], type));
    await say(type+' tostring', B([{request:{method:'POST',url:'Patient'},resource:{resourceType:{toString:1}}}], type));
    await say(type+' url number put', B([{fullUrl:'urn:uuid:1',request:{method:'PUT',url:5},resource:{resourceType:'Patient'}}], type));
    await say(type+' bad patch', B([{request:{method:'PATCH',url:'Patient/patient-a'},resource:{resourceType:'Binary',data:'zz'}},{request:{method:'GET',url:'Patient/patient-a'}}], type));
    await say(type+' fullUrl obj', B([{fullUrl:{a:1},request:{method:'POST',url:'Patient'},resource:{resourceType:'Patient'}}], type));
    await say(type+' AuditEvent', B([{request:{method:'POST',url:'AuditEvent'},resource:{resourceType:'AuditEvent',type:{code:'x'},recorded:'2020-01-01T00:00:00Z',agent:[{requestor:true}],source:{observer:{display:'x'}}}}], type));
  }
  await say('AuditEvent', full.post('AuditEvent', {resourceType:'AuditEvent',type:{code:'x'},recorded:'2020-01-01T00:00:00Z',agent:[{requestor:true}],source:{observer:{display:'x'}}}));
  await say('deep', full.post('Patient', '{"resourceType":"Patient","extension":' + '[{"url":"a","extension":'.repeat(20000) + '[]' + '}]'.repeat(20000) + '}'));
  await say('deep bundle', full.post('', '{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:a","request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","name":'+'['.repeat(1e5)+']'.repeat(1e5)+'}}]}'));
  await say('deep patch', full.patch('Patient/patient-a', '[{"op":"add","path":"/name","value":'+'['.repeat(1e5)+']'.repeat(1e5)+'}]'));
  // access oracles
  await say('policy idonly', full.put('AccessPolicy/idonly', {resourceType:'AccessPolicy', id:'idonly', resource:[{resourceType:'Patient', criteria:'Patient?_id=own', interaction:['create','update','read']}]}));
  await say('m', full.put('ProjectMembership/mm', {resourceType:'ProjectMembership', id:'mm', project:{reference:'Project/t'}, user:{reference:'User/mm'}, profile:{reference:'Practitioner/mm'}, accessPolicy:{reference:'AccessPolicy/idonly'}}));
  const mm = server.asProfile('Practitioner/mm');
  await say('exists', mm.put('Patient/patient-b', {resourceType:'Patient', id:'patient-b'}));
  await say('free', mm.put('Patient/patient-free', {resourceType:'Patient', id:'patient-free'}));
  await say('policy createall', full.put('AccessPolicy/createall', {resourceType:'AccessPolicy', id:'createall', resource:[{resourceType:'Patient', interaction:['create']},{resourceType:'Patient', criteria:'Patient?_id=own', interaction:['update','read']}]}));
  await say('m', full.put('ProjectMembership/mm', {resourceType:'ProjectMembership', id:'mm', project:{reference:'Project/t'}, user:{reference:'User/mm'}, profile:{reference:'Practitioner/mm'}, accessPolicy:{reference:'AccessPolicy/createall'}}));
  await say('exists', mm.put('Patient/patient-b', {resourceType:'Patient', id:'patient-b'}));
  await say('free', mm.put('Patient/patient-free', {resourceType:'Patient', id:'patient-free'}));
  // patient oracles
  const a = server.as('patient-a');
  await say('pa exists', a.put('Patient/patient-b', {resourceType:'Patient', id:'patient-b'}));
  await say('pa free', a.put('Patient/patient-zzz', {resourceType:'Patient', id:'patient-zzz'}));
  const obs = (id: string, who: string, x = {}) => ({resourceType:'Observation', id, status:'final', code:{text:'x'}, subject:{reference:`Patient/${who}`}, ...x});
  await say('obs b', full.put('Observation/ob', obs('ob','patient-b')));
  await say('a put obs existing', a.put('Observation/ob', obs('ob','patient-a')));
  await say('a put obs free', a.put('Observation/of', obs('of','patient-a')));
  await say('a put obs existing invalid', a.put('Observation/ob', {...obs('ob','patient-a'), status: 'zz'}));
  await say('a put obs free invalid', a.put('Observation/of', {...obs('of','patient-a'), status:'zz'}));
  await say('a put ifmatch existing', a.put('Observation/ob', obs('ob','patient-a'), {'if-match':'W/"1"'}));
  await say('a put ifmatch free', a.put('Observation/of', obs('of','patient-a'), {'if-match':'W/"1"'}));
  await say('a hist', a.get('Observation/ob/_history'));
  await say('a hist free', a.get('Observation/of/_history'));
  await say('a create for b', a.post('Observation', obs('','patient-b',{id:undefined})));
  await say('a create ref nonexisting', a.post('Observation', obs('','patient-a',{id:undefined, performer:[{reference:'Practitioner/nix'}]})));
  await say('a delete', a.delete('Observation/ob'));
  // a creates own then reassigns to b
  const own = JSON.parse((await a.post('Observation', obs('','patient-a',{id:undefined}))).text);
  await say('a reassigns', a.put('Observation/'+own.id, {...own, subject:{reference:'Patient/patient-b'}}));
  await say('both subjects', a.put('Observation/'+own.id, {...own, performer:[{reference:'Patient/patient-b'}]}));
  await say('contained', a.post('Observation', {...obs('','patient-a',{id:undefined}), subject:{reference:'#p'}, contained:[{resourceType:'Patient', id:'p'}]}));
  await say('abs', a.post('Observation', {...obs('','patient-a',{id:undefined}), subject:{reference:'https://evil.example/fhir/Patient/patient-a'}}));
  await say('abs local', a.post('Observation', {...obs('','patient-a',{id:undefined}), subject:{reference:server.url+'/fhir/Patient/patient-a'}}));
  await say('versioned', a.post('Observation', {...obs('','patient-a',{id:undefined}), subject:{reference:'Patient/patient-a/_history/1'}}));
  await say('b sees', server.as('patient-b').get('Observation?_total=accurate'));
  console.log(out.join('\n'));
  console.log(JSON.stringify(server.log.filter(l => Number(l['level']) >= 40)).slice(0, 3000));
}, 60000);
