/**
 * What the template needs of an environment file's values and can't cut out of them itself: buckets' names, and which parameters
 * a function reads. CommonJS, because serverless loads it itself.
 *     BUCKET: s3://copycat-cache?region=eu-central-1     →  bucket: its ARN
 *     CLICKHOUSE_URL: ssm:/copycat/prod/clickhouse-url   →  a statement for publish's and serve's roles
 */

/** These stand where nothing is said, for a template that can be read. Nothing uses them (scripts/preflight.ts sees to it). */
const NOT_SET = 'bucket-is-not-set';
const NO_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/not-set';

/** What each function looks up at its start, and the name of an override: `COPY_BUCKET_ACCESS_KEY_ID`. */
const KEYS = ['BUCKET_ACCESS_KEY_ID', 'BUCKET_SECRET_ACCESS_KEY'];
const SECRETS = {
  detect: KEYS,
  copy: KEYS,
  publish: [...KEYS, 'CLICKHOUSE_URL'],
  serve: [...KEYS, 'CLICKHOUSE_URL'],
  load: ['CLICKHOUSE_INGEST_URL'],
  collect: KEYS,
};

module.exports = async ({ resolveVariable }) => placeOf((await resolveVariable('self:custom.settings')) || {});

function placeOf(settings) {
  const said = (name) => String(settings[name] ?? '').trim();
  const valueFor = (fn, name) => {
    if (name === 'CLICKHOUSE_INGEST_URL') return said(name) || said('CLICKHOUSE_URL');
    return (KEYS.includes(name) && said(`${fn.toUpperCase()}_${name}`)) || said(name);
  };
  const places = {
    bucket: bucketArn(said('BUCKET')),
    state: bucketArn(said('STATE')),
    /** Whether functions come to the buckets by keys of their own, as on MinIO, and not by their roles. */
    keys: Object.keys(SECRETS).some((fn) => valueFor(fn, 'BUCKET_ACCESS_KEY_ID') !== '') ? 'given' : 'none',
    /** A function is no proxy. */
    delivery: said('NAR_DELIVERY') || 'redirect',
    domain: said('DOMAIN'),
    certificate: said('CERTIFICATE_ARN') || NO_CERTIFICATE,
    caching: said('CACHING') || 'false',
    publicUrl: said('PUBLIC_URL') || (said('DOMAIN') && `https://${said('DOMAIN')}`),
    email: said('ALARM_EMAIL'),
    secrets: {},
  };
  for (const [fn, names] of Object.entries(SECRETS)) {
    places.secrets[fn] = statementFor(names.map((name) => valueFor(fn, name)));
  }
  return places;
}

function bucketArn(storeUrl) {
  const name = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:[/?]|$)/.exec(storeUrl)?.[1] ?? NOT_SET;
  return `arn:\${AWS::Partition}:s3:::${name}`;
}

/** Parameters are read by their very names; the key of AWS's own (`aws/ssm`) needs no permission. */
function statementFor(values) {
  const names = values.filter((value) => value.startsWith('ssm:/')).map((value) => value.slice('ssm:'.length));
  if (names.length === 0) return { Ref: 'AWS::NoValue' };
  return {
    Effect: 'Allow',
    Action: 'ssm:GetParameters',
    Resource: [...new Set(names)].map((name) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${name}`,
    })),
  };
}

module.exports.placeOf = placeOf;
