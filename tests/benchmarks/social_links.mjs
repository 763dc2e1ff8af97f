// Addresses (a JSON list, by the path of a file) read with the npm package social-links: which it knows, how fast.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , library, file, rounds] = process.argv;
const { SocialLinks } = createRequire(import.meta.url)(library);
const links = new SocialLinks();
const addresses = JSON.parse(readFileSync(file, "utf8"));

// As its README has it: find the network, then take the handle out.
const read = (address) => {
  const network = links.detectProfile(address);
  return network ? [network, links.getProfileId(network, address)] : null;
};
const found = addresses.map((address) => {
  try { return read(address); } catch { return null; }
});
const known = addresses.filter((_, place) => found[place]);
const seconds = [];
for (let round = 0; round < Number(rounds); round++) {
  const before = process.cpuUsage();
  for (const address of known) read(address);
  const { user, system } = process.cpuUsage(before);
  seconds.push((user + system) / 1e6);
}
console.log(JSON.stringify({ found, known: known.length, seconds }));
