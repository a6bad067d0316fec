"""Values as PBS' schema bounds them."""

from typing import Annotated

from pydantic import Field

JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{2,31}$")]
MaxDepth = Annotated[int, Field(ge=0, le=7)]
Threads = Annotated[int, Field(ge=1, le=32)]
