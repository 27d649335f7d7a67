# aiohttp: creates users, so many at once. Takes base, count and width; the secret from CHATBOTKIT_API_SECRET.
import asyncio
import os
import sys

import aiohttp


async def main(base, count, width):
    numbers = iter(range(count))
    headers = {"authorization": "Bearer " + os.environ["CHATBOTKIT_API_SECRET"]}
    connector = aiohttp.TCPConnector(limit=width)

    async def work(session):
        for number in numbers:
            user = {
                "name": f"Zoë O'Neil {number}",
                "meta": {"plan": "pro", "n": number},
                "email": f"aiohttp{number}@example.com",
            }
            async with session.post(base + "/partner/user/create", json=user) as answer:
                if not (await answer.json()).get("id"):
                    sys.exit(f"no id at {number}: status {answer.status}")

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(work(session) for _ in range(width)))
    print(f"done {count}")


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
