// Node's fetch: creates users, so many at once. Takes base, count and width; the secret from CHATBOTKIT_API_SECRET.
const [base, count, width] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const headers = {
  authorization: `Bearer ${process.env.CHATBOTKIT_API_SECRET}`,
  'content-type': 'application/json',
}

let next = 0
async function work() {
  for (let number = next++; number < count; number = next++) {
    const body = JSON.stringify({
      name: `Zoë O'Neil ${number}`,
      meta: { plan: 'pro', n: number },
      email: `node${number}@example.com`,
    })
    const answer = await fetch(`${base}/partner/user/create`, { method: 'POST', headers, body })
    const { id } = await answer.json()
    if (!id) throw new Error(`no id at ${number}: status ${answer.status}`)
  }
}

await Promise.all(Array.from({ length: width }, work))
console.log(`done ${count}`)
