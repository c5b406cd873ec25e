// The audits of GraphQL over HTTP against the server at a URL, as one line of JSON.
import { auditServer } from "graphql-http";

const audits = await auditServer({ url: process.argv[2], fetchFn: fetch });
console.log(JSON.stringify(audits.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
